// Settings of the Node-RED that the lab runs: a real one, which tells its parent what its flows report and takes messages
// for them, over the channel of child_process.
const { EventEmitter } = require('node:events');
const { join } = require('node:path');

const inbox = new EventEmitter();
process.on('message', ({ to, message }) => inbox.emit(to, message));

module.exports = {
  uiHost: '127.0.0.1',
  uiPort: 1880,
  flowFile: 'flows.json',
  credentialSecret: false,
  nodesDir: join(__dirname, 'nodes'),
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: 'debug', metrics: false, audit: false } },
  functionGlobalContext: { inbox, report: (from, message) => process.send?.({ from, message }) },
  exportGlobalContextKeys: false,
};
