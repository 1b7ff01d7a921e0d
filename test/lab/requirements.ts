// What the lab needs of a machine, and tests that are skipped where it is missing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Lab, openLab } from './lab';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** A program of each Debian package that the lab needs. */
const PROGRAMS = {
  'user-mode-linux': 'linux.uml',
  ppp: 'pppd',
  pppoe: 'pppoe-server',
  'busybox-static': 'busybox',
  iproute2: 'ip',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  radvd: 'radvd',
  'wide-dhcpv6-server': 'dhcp6s',
  'dhcpcd-base': 'dhcpcd',
  freeradius: 'freeradius',
  'freeradius-utils': 'radclient',
};

/** Of packages that the lab does without, but single tests do not. */
const OTHER_PROGRAMS = { mosquitto: 'mosquitto' };

function isInstalled(program: string): boolean {
  return FOLDERS.some((folder) => existsSync(join(folder, program)));
}

/** Why a test that needs no lab, but one of these programs, cannot run here, for node:test's `skip`. */
export function skipWithout(name: keyof typeof PROGRAMS | keyof typeof OTHER_PROGRAMS): string | false {
  const { CI } = process.env;
  return isInstalled({ ...PROGRAMS, ...OTHER_PROGRAMS }[name]) || CI === 'true'
    ? false
    : `${name} is not installed (apt install ${name})`;
}

/** What is missing on this machine for a lab, in words for people; undefined when nothing is. */
export function requirements(): string | undefined {
  if (process.platform !== 'linux') return 'the lab runs on Linux only';
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('not root');
  if (!existsSync('/dev/net/tun')) missing.push('no /dev/net/tun');
  const packages = Object.entries(PROGRAMS)
    .filter(([, program]) => !isInstalled(program))
    .map(([name]) => name);
  if (packages.length > 0) missing.push(`not installed: ${packages.join(', ')} (run test/lab/setup.sh as root)`);
  return missing.length > 0 ? missing.join('; ') : undefined;
}

/** True, or the reason, for node:test's `skip`. Under CI=true nothing is skipped: it fails where it needs the lab. */
export function skip(): string | false {
  const missing = requirements();
  const { CI } = process.env;
  return missing !== undefined && CI !== 'true' ? `lab: ${missing}` : false;
}

async function openLabOrSay(): Promise<Lab> {
  const missing = requirements();
  if (missing !== undefined) throw new Error(`The lab cannot run here: ${missing}`);
  return openLab();
}

/**
 * A test with a lab of its own, which is closed when the test ends, however it ends.
 * `timeout` in milliseconds, 60,000 unless given. It counts here and not in node:test, which would not wait for the lab
 * to close.
 */
export function labTest(
  name: string,
  body: (lab: Lab, t: TestContext) => Promise<void>,
  options: { timeout?: number } = {},
): void {
  test(name, { skip: skip() }, async (t) => {
    const lab = await openLabOrSay();
    const timeout = options.timeout ?? 60_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The test took longer than ${timeout} ms`)), timeout);
    });
    try {
      await Promise.race([body(lab, t), late]);
    } catch (error) {
      await lab.close().catch(() => {}); // the first error tells why
      throw error;
    } finally {
      clearTimeout(timer);
    }
    await lab.close();
  });
}

/**
 * Several tests on one lab: `prepare` runs once and starts the peers; `define` declares the tests, which get at what
 * `prepare` returned through the function that it is handed.
 */
export function labSuite<T>(
  name: string,
  prepare: (lab: Lab) => Promise<T>,
  define: (peers: () => T, lab: () => Lab) => void,
): void {
  describe(name, { skip: skip() }, () => {
    let lab: Lab | undefined;
    let peers: { value: T } | undefined;
    before(async () => {
      lab = await openLabOrSay();
      peers = { value: await prepare(lab) };
    });
    after(() => lab?.close());
    const opened = <V>(value: V | undefined): V => {
      if (value === undefined) throw new Error('The lab is open only while its tests run');
      return value;
    };
    define(
      () => opened(peers).value,
      () => opened(lab),
    );
  });
}
