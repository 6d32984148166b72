/** A certificate for this machine, made for one test run: no private key is kept anywhere. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM; it is its own authority. */
  readonly cert: string;
}

const SHA256_WITH_RSA = '06092a864886f70d01010b';
const COMMON_NAME = '0603550403';
const KEY_USAGES = { basicConstraints: '0603551d13', subjectAltName: '0603551d11' };

/** Self-signed, valid from yesterday for `days`, for `localhost` and 127.0.0.1 unless it is for another name. */
export function selfSigned({
  days = 30,
  name = 'localhost',
}: {
  days?: number;
  name?: string;
} = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(hex(SHA256_WITH_RSA), hex('0500'));
  const subject = sequence(der(0x31, sequence(hex(COMMON_NAME), utf8(`${name} test`))));
  const start = Date.now() - 86_400_000;
  const validity = sequence(
    time(start - (days < 0 ? 86_400_000 * -days : 0)),
    time(start + days * 86_400_000),
  );
  const names = sequence(
    der(0x82, Buffer.from(name)),
    ...(name === 'localhost' ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : []),
  );
  const extensions = der(
    0xa3,
    sequence(
      sequence(hex(KEY_USAGES.basicConstraints), hex('0101ff'), der(0x04, sequence(hex('0101ff')))),
      sequence(hex(KEY_USAGES.subjectAltName), der(0x04, names)),
    ),
  );
  const serial = der(
    0x02,
    Buffer.concat([Buffer.from([1]), createHash('sha256').update(spki).digest().subarray(0, 8)]),
  );
  const body = sequence(hex('a003020102'), serial, algorithm, subject, validity, subject, spki, extensions);
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  const whole = sequence(body, algorithm, signature);
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** One DER value: its tag, its length and its content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** UTCTime. */
function time(at: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
}
