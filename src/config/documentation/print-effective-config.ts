import { Secret } from '../../base/secret.ts';
import type { EffectiveSetting } from '../effective-settings.ts';
import { formatOrigin } from '../hocon/origin.ts';
import { formatPath } from '../hocon/path.ts';
import { scalarText, type HoconValue } from '../hocon/value.ts';
import { defaultOrigin } from '../literal-value.ts';
import type { LoadedConfig } from '../load-config.ts';
import type { XmppClientConfig } from '../xmpp-config.ts';
import { renderHocon, type HoconEntry } from './render-hocon.ts';

/**
 * What the bridge goes by, as HOCON with the place each value comes from. Secrets are `***`.
 * @param defaults also what nobody set
 */
export function printEffectiveConfig(
  { settings, config }: Pick<LoadedConfig, 'settings' | 'config'>,
  defaults = false,
): string {
  const entries: HoconEntry[] = [];
  for (const [key, { source, written, value }] of settings.all()) {
    const isDefault = source.origin.file === defaultOrigin.file;
    if (key === loginsPath || (isDefault && !defaults)) continue;
    const place = isDefault ? 'default' : formatOrigin(source.origin);
    entries.push({
      path: key.split('.'),
      comment: [written === key ? place : `${place} (${written})`],
      value: showValue({ source, value }),
    });
  }
  return renderHocon([...entries, ...config.xmpp.clients.flatMap(loginEntries)]);
}

/** A value as it was written, for people; never a secret. */
export function showValue({ source, value }: Pick<EffectiveSetting, 'source' | 'value'>): string {
  return value instanceof Secret ? JSON.stringify('***') : renderValue(source);
}

const loginsPath = 'videobridge.apis.xmpp-client.configs';

function loginEntries({ id, ...client }: XmppClientConfig): HoconEntry[] {
  const fields = {
    HOSTNAME: client.hostname,
    PORT: client.port,
    DOMAIN: client.domain,
    USERNAME: client.username,
    PASSWORD: client.password,
    MUC_JIDS: client.mucJids.join(','),
    MUC_NICKNAME: client.mucNickname,
    SECURITY_MODE: client.securityMode,
    DISABLE_CERTIFICATE_VERIFICATION: client.disableCertificateVerification,
    IQ_HANDLER_MODE: client.iqHandlerMode,
  };
  return Object.entries(fields).map(([name, value]) => ({
    path: [...loginsPath.split('.'), id, name],
    comment: [],
    value: JSON.stringify(value),
  }));
}

function renderValue(value: HoconValue): string {
  switch (value.kind) {
    case 'object': {
      const fields = [...value.fields].map(
        ([key, field]) => `${formatPath([key])} = ${renderValue(field)}`,
      );
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
    case 'array':
      return `[${value.items.map(renderValue).join(', ')}]`;
    case 'string':
      return JSON.stringify(value.value);
    default:
      return scalarText(value);
  }
}
