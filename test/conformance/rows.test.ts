import assert from 'node:assert/strict';
import { test } from 'node:test';
import './standards-rows';
import './discovery-rows';
import './session-rows';
import './lcp-rows';
import './authentication-rows';
import './ipv6-rows';
import './hardening-rows';
import { untested } from './rows';

test('each row has its test', () => assert.deepEqual(untested(), []));
