import { randomInt } from 'node:crypto';
import type { DataDir } from './state.ts';
import type { Assembly } from './template.ts';

interface Generate {
  PasswordLength?: number;
  ExcludeCharacters?: string;
  ExcludePunctuation?: boolean;
  ExcludeNumbers?: boolean;
  ExcludeUppercase?: boolean;
  ExcludeLowercase?: boolean;
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
}

/** Generates what the template's secrets ask for, kept in the data folder, and answers references to them. */
export function answerSecrets(assembly: Assembly, data: DataDir): void {
  assembly.dynamic = (service, reference) => {
    if (service !== 'secretsmanager') throw new Error(`no dynamic references of ${service} on one machine`);
    const at = reference.indexOf(':SecretString');
    const name = at < 0 ? reference : reference.slice(0, at);
    const [, key] = at < 0 ? [] : reference.slice(at + 1).split(':');
    const resource = assembly
      .resources('AWS::SecretsManager::Secret')
      .find((one) => assembly.physicalOf(one).ref === name || one.properties.Name === name);
    if (!resource) throw new Error(`no secret ${name} in the template`);
    const fixed = resource.properties.SecretString;
    const generate = (resource.properties.GenerateSecretString ?? {}) as Generate;
    const value = typeof fixed === 'string' ? fixed : data.secret(resource.logicalId, () => make(generate));
    return key ? String((JSON.parse(value) as Record<string, unknown>)[key]) : value;
  };
}

function make(options: Generate): string {
  const alphabet = [
    options.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    options.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    options.ExcludeNumbers ? '' : '0123456789',
    options.ExcludePunctuation ? '' : '!#$%&()*+,-./:;<=>?@[]^_{|}~',
  ].join('');
  const allowed = [...alphabet].filter((char) => !options.ExcludeCharacters?.includes(char));
  const password = Array.from(
    { length: options.PasswordLength ?? 32 },
    () => allowed[randomInt(allowed.length)],
  ).join('');
  if (!options.GenerateStringKey) return password;
  const given = JSON.parse(options.SecretStringTemplate ?? '{}') as object;
  return JSON.stringify({ ...given, [options.GenerateStringKey]: password });
}
