// Run by node-versions.test.ts beside the installed package, in a network namespace: a login through a GRE tunnel.
const { PppoeConcentrator, PppoeSession } = require('@pppoe/node-red-pppoe');

async function main() {
  const accounts = [{ username: 'test', password: 'secret' }];
  const concentrator = new PppoeConcentrator({ interface: 'gre:127.0.0.2?local=127.0.0.3&key=7', accounts });
  const session = new PppoeSession({
    interface: 'gre:127.0.0.3?local=127.0.0.2&key=7',
    username: 'test',
    password: 'secret',
  });
  session.connect();
  const { state, localAddress, link } = await session.connected(20_000);
  console.log(JSON.stringify({ node: process.version, state, localAddress, refused: link.refused }));
  await session.close(1_000);
  await concentrator.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
