// Node-RED's settings for the demo. The start script hands paths and the port over in the environment.
module.exports = {
  uiPort: Number(process.env.PPPOE_DEMO_PORT ?? 1880),
  uiHost: process.env.PPPOE_DEMO_HOST ?? '127.0.0.1',
  flowFile: 'flows.json',
  // The demo's user name and password are no secrets; those for a real interface come from the environment.
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, page: { title: 'Node-RED PPPoE demo' }, header: { title: 'PPPoE demo' } },
  logging: { console: { level: process.env.PPPOE_DEMO_LOG ?? 'info', metrics: false, audit: false } },
  functionExternalModules: true,
  exportGlobalContextKeys: false,
};
