import {
  commaList,
  inverted,
  milliseconds,
  percent,
  same,
  seconds,
  semicolonList,
  type Conversion,
} from './conversion.ts';

/** Properties with a key of their own, by name without prefix: key, and how the text converts. */
type Table = Readonly<Record<string, readonly [key: string, convert: Conversion]>>;

const cc = 'videobridge.cc';
const http = 'videobridge.http-servers';
const consent = 'ice4j.consent-freshness';

/** `org.jitsi.videobridge.` */
const jitsi: Table = {
  SINGLE_PORT_HARVESTER_PORT: ['videobridge.ice.udp.port', same],
  ICE_UFRAG_PREFIX: ['videobridge.ice.ufrag-prefix', same],
  KEEP_ALIVE_STRATEGY: ['videobridge.ice.keep-alive-strategy', same],
  REGION: ['videobridge.relay.region', same],
  ENABLE_REST_SHUTDOWN: ['videobridge.rest.shutdown.enabled', same],
  'rest.COLIBRI_WS_DISABLE': ['videobridge.websockets.enabled', inverted],
  'rest.COLIBRI_WS_DOMAIN': ['videobridge.websockets.domain', same],
  'rest.COLIBRI_WS_TLS': ['videobridge.websockets.tls', same],
  'rest.COLIBRI_WS_SERVER_ID': ['videobridge.websockets.server-id', same],
  'health.INTERVAL': ['videobridge.health.interval', milliseconds],
  'health.TIMEOUT': ['videobridge.health.timeout', milliseconds],
  'health.STICKY_FAILURES': ['videobridge.health.sticky-failures', same],
  'EndpointConnectionStatus.FIRST_TRANSFER_TIMEOUT': [
    'videobridge.ep-connection-status.first-transfer-timeout',
    milliseconds,
  ],
  'EndpointConnectionStatus.MAX_INACTIVITY_LIMIT': [
    'videobridge.ep-connection-status.max-inactivity-limit',
    milliseconds,
  ],
  EXPIRE_CHECK_SLEEP_SEC: ['videobridge.entity-expiration.check-interval', seconds],
  BWE_CHANGE_THRESHOLD_PCT: [`${cc}.bwe-change-threshold`, percent],
  ONSTAGE_PREFERRED_HEIGHT: [`${cc}.onstage-preferred-height-px`, same],
  ONSTAGE_PREFERRED_FRAME_RATE: [`${cc}.onstage-preferred-framerate`, same],
  ENABLE_ONSTAGE_VIDEO_SUSPEND: [`${cc}.allow-oversend-onstage`, inverted],
  TRUST_BWE: [`${cc}.trust-bwe`, same],
  PADDING_PERIOD_MS: [`${cc}.padding-period`, milliseconds],
  THUMBNAIL_MAX_HEIGHT: [`${cc}.default-max-height-px`, same],
  STATISTICS_INTERVAL: ['videobridge.stats.interval', milliseconds],
  DISABLE_TCP_HARVESTER: ['trestle.ice.tcp.enabled', inverted],
  TCP_HARVESTER_PORT: ['trestle.ice.tcp.port', same],
  TCP_HARVESTER_MAPPED_PORT: ['trestle.ice.tcp.mapped-port', same],
  ...jetty('rest.jetty', 'public'),
  ...jetty('rest.private.jetty', 'private'),
};

function jetty(prefix: string, server: 'public' | 'private'): Table {
  const factory = `${prefix}.sslContextFactory`;
  return {
    [`${prefix}.port`]: [`${http}.${server}.port`, same],
    [`${prefix}.host`]: [`${http}.${server}.host`, same],
    [`${prefix}.tls.port`]: [`${http}.${server}.tls-port`, same],
    [`${factory}.keyStorePath`]: [`${http}.${server}.key-store-path`, same],
    [`${factory}.keyStorePassword`]: [`${http}.${server}.key-store-password`, same],
    [`${factory}.needClientAuth`]: [`${http}.${server}.need-client-auth`, same],
  };
}

/** `org.ice4j.` */
const ice4j: Table = {
  'ice.harvest.STUN_MAPPING_HARVESTER_ADDRESSES': [
    'ice4j.harvest.mapping.stun.addresses',
    commaList,
  ],
  'ice.harvest.DISABLE_AWS_HARVESTER': ['ice4j.harvest.mapping.aws.enabled', inverted],
  'ice.harvest.FORCE_AWS_HARVESTER': ['ice4j.harvest.mapping.aws.force', same],
  'ice.harvest.ALLOWED_INTERFACES': ['ice4j.harvest.allowed-interfaces', semicolonList],
  'ice.harvest.BLOCKED_INTERFACES': ['ice4j.harvest.blocked-interfaces', semicolonList],
  'ice.harvest.ALLOWED_ADDRESSES': ['ice4j.harvest.allowed-addresses', semicolonList],
  'ice.harvest.BLOCKED_ADDRESSES': ['ice4j.harvest.blocked-addresses', semicolonList],
  'ice.harvest.DISABLE_LINK_LOCAL_ADDRESSES': ['ice4j.harvest.use-link-local-addresses', inverted],
  'ipv6.DISABLED': ['ice4j.harvest.use-ipv6', inverted],
  'ice.harvest.HARVESTING_TIMEOUT': ['ice4j.harvest.timeout', seconds],
  'ice.harvest.USE_DYNAMIC_HOST_HARVESTER': ['ice4j.harvest.udp.use-dynamic-ports', same],
  'ice.harvest.AbstractUdpListener.SO_RCVBUF': ['ice4j.harvest.udp.receive-buffer-size', same],
  'ice.harvest.AbstractUdpHarvester.SO_RCVBUF': ['ice4j.harvest.udp.receive-buffer-size', same],
  'ice.CONSENT_FRESHNESS_INTERVAL': [`${consent}.interval`, milliseconds],
  'ice.CONSENT_FRESHNESS_WAIT_INTERVAL': [`${consent}.original-wait-interval`, milliseconds],
  'ice.CONSENT_FRESHNESS_MAX_WAIT_INTERVAL': [`${consent}.max-wait-interval`, milliseconds],
  'ice.CONSENT_FRESHNESS_MAX_RETRANSMISSIONS': [`${consent}.max-retransmissions`, same],
  REDACT_REMOTE_ADDRESSES: ['ice4j.redact-remote-addresses', same],
};

/** Every property that stands for one key, by full name. */
export const propertyTable: ReadonlyMap<string, readonly [key: string, convert: Conversion]> =
  new Map([...prefixed('org.jitsi.videobridge', jitsi), ...prefixed('org.ice4j', ice4j)]);

function prefixed(prefix: string, table: Table) {
  return Object.entries(table).map(([name, entry]) => [`${prefix}.${name}`, entry] as const);
}
