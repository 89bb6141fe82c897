import type {Dashboard} from '@grafana/grafana-foundation-sdk/dashboard';

import {exporter} from './exporter.js';
import {fleet} from './fleet.js';
import {host} from './host.js';
import {keepalive} from './keepalive.js';
import {listen} from './listen.js';
import {ports} from './ports.js';
import {settings} from './settings.js';
import {timeWait} from './time_wait.js';

/** All of them, in the order in which one drills down. */
export const dashboards = (): Dashboard[] =>
  [fleet, host, ports, timeWait, keepalive, listen, settings, exporter].map((make) => make());

/** The text of a generated file. */
export const text = (dashboard: Dashboard) => `${JSON.stringify(dashboard, null, 2)}\n`;
