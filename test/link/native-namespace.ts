// Run by packet-socket.test.ts in a network namespace made for it, as root.
import { linkContract } from './contract';
import { vethPair } from './native-veth';

linkContract('packet socket', vethPair);

import './native-frames';
import './native-state';
import './native-addon';
