// A node for tests: tells what happens to the subscribers of a `pppoe-concentrator`, lists and disconnects them.
module.exports = (RED) => {
  function LabConcentratorNode(config) {
    RED.nodes.createNode(this, config);
    const { concentrator } = RED.nodes.getNode(config.concentrator);
    concentrator.on('subscriber-up', (subscriber) => this.send({ payload: 'up', subscriber }));
    concentrator.on('subscriber-changed', (subscriber) => this.send({ payload: 'changed', subscriber }));
    concentrator.on('subscriber-down', (subscriber, reason) => this.send({ payload: 'down', subscriber, reason }));
    concentrator.on('subscriber-refused', (refusal) => this.send({ payload: 'refused', refusal }));
    this.on('input', ({ payload, sessionId }, send, done) => {
      if (payload === 'disconnect') concentrator.disconnect(sessionId);
      else send({ payload: 'subscribers', subscribers: concentrator.subscribers });
      done();
    });
  }
  RED.nodes.registerType('lab-concentrator', LabConcentratorNode);
};
