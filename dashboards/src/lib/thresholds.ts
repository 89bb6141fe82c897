// Where colours change. What an alert has a threshold for takes it from there; a test compares.
import {type Threshold} from '@grafana/grafana-foundation-sdk/dashboard';

export type Severity = 'info' | 'warning' | 'critical';

export const COLOR = {good: 'green', info: 'blue', warning: 'orange', critical: 'red'} as const;

export interface AlertThresholds extends Partial<Record<Severity, number>> {
  alert: string;
  /** The smaller the worse. */
  falling?: true;
}

export const ALERT_THRESHOLDS = {
  utilization: {alert: 'TcpDestinationNearExhaustion', info: 0.5, warning: 0.8, critical: 0.95},
  secondsToExhaustion: {
    alert: 'TcpDestinationHeadingForExhaustion',
    warning: 60,
    critical: 30,
    falling: true,
  },
  mayBeExhausted: {alert: 'TcpDestinationMayBeExhausted', info: 0.95},
  bindPool: {alert: 'TcpBindPoolNearlyEmpty', warning: 0.2, critical: 0.05, falling: true},
  blocked: {alert: 'TcpEphemeralPortsBlocked', warning: 0.2},
  timeWaitBuckets: {alert: 'TcpTimeWaitNearLimit', info: 0.6, warning: 0.8},
  timeWaitOverflow: {alert: 'TcpTimeWaitOverflow', warning: 0},
  acceptQueue: {alert: 'TcpAcceptQueueNearFull', warning: 0.8},
  acceptOverflow: {alert: 'TcpAcceptQueueOverflow', warning: 0},
  peers: {alert: 'TcpPeersNotAnswering', warning: 3},
  closeWait: {alert: 'TcpCloseWaitLeak', warning: 100},
  closeWaitOfDestination: {alert: 'TcpCloseWaitLeak', warning: 10},
  synRetransmits: {alert: 'TcpSynRetransmitsPilingUp', warning: 10},
} as const satisfies Record<string, AlertThresholds>;

/** How long TIME_WAIT lasts on Linux. */
export const TIME_WAIT_SECONDS = 60;

/** Above every value that rounds to nothing. */
const ANY = 1e-9;

/** The steps of an alert; a threshold of 0 means more than nothing. */
export function steps(of: AlertThresholds): Threshold[] {
  const known = (['info', 'warning', 'critical'] as const).flatMap((severity) =>
    of[severity] === undefined ? [] : [{severity, value: of[severity]}],
  );
  if (!of.falling) {
    return [
      {value: null, color: COLOR.good},
      ...known.map(({severity, value}) => ({value: value || ANY, color: COLOR[severity]})),
    ];
  }
  // Gravest first: the lowest values are its, up to its threshold, where the next begins.
  const falling = [...known].reverse();
  const begins = [null, ...falling.map(({value}) => value)];
  return [...falling.map(({severity}) => COLOR[severity]), COLOR.good].map((color, i) => ({
    value: begins[i] ?? null,
    color,
  }));
}

/** Any at all is of that severity. */
export const anyIs = (severity: Severity): Threshold[] => [
  {value: null, color: COLOR.good},
  {value: ANY, color: COLOR[severity]},
];

/** From `value` on. */
export const from = (value: number, severity: Severity): Threshold[] => [
  {value: null, color: COLOR.good},
  {value, color: COLOR[severity]},
];

/** Nothing to be alarmed by. */
export const PLAIN: Threshold[] = [{value: null, color: 'text'}];
