/**
 * The shape of an XML element as every XMPP library here builds it (@xmpp/xml of any version), so that codecs
 * do not depend on whose class it is. `xmlns` stands among the attributes where it was written.
 */
export type XmlElement = {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly children: readonly (XmlElement | string)[];
};
