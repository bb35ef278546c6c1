import type { Setting } from '../setting.ts';
import { addressSettings } from './address-settings.ts';
import { channelSettings } from './channel-settings.ts';
import { congestionSettings } from './congestion-settings.ts';
import { httpSettings } from './http-settings.ts';
import { iceSettings, trestleSettings } from './ice-settings.ts';
import { mediaSettings } from './media-settings.ts';
import { operationSettings } from './operation-settings.ts';
import { xmppSettings } from './xmpp-settings.ts';

/** Every key that is known, in the order in which config/reference.conf shows them. */
export const settings = {
  ...trestleSettings,
  ...xmppSettings,
  ...httpSettings,
  ...channelSettings,
  ...iceSettings,
  ...addressSettings,
  ...congestionSettings,
  ...operationSettings,
  ...mediaSettings,
} as const;

export type SettingKey = keyof typeof settings;

/** What reading the setting gives. */
export type SettingValue<K extends SettingKey> =
  (typeof settings)[K] extends Setting<infer T> ? T : never;
