import { describe, expect, it } from 'vitest';
import { checkTypes, physicals } from '../../../local/resources.ts';
import { Assembly } from '../../../local/template.ts';

const places = {
  queueUrl: (name: string) => `http://here/${name}`,
  issuer: (pool: string) => `http://idp/${pool}`,
};

function assembly(templates: Record<string, unknown>): Assembly {
  const made = new Assembly(templates, 'ap-southeast-1');
  made.physical = physicals(made, places, '');
  return made;
}

const two = assembly({
  data: {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
      Users: { Type: 'AWS::Cognito::UserPool' },
    },
    Outputs: { Q: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Export: { Name: 'data:q' } } },
  },
  api: {
    Parameters: { P: { Type: 'String', Default: 'by default' } },
    Mappings: { M: { k: { f: 'mapped' } } },
    Conditions: {
      Cn: { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-cn'] },
      NotCn: { 'Fn::Not': [{ Condition: 'Cn' }] },
      Both: {
        'Fn::And': [{ Condition: 'NotCn' }, { 'Fn::Or': [{ Condition: 'Cn' }, { Condition: 'NotCn' }] }],
      },
    },
    Resources: {
      Fn: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: { 'Fn::Join': ['-', ['a', 'b']] } } },
      Absent: { Type: 'AWS::Neptune::DBCluster', Condition: 'Cn' },
    },
  },
});

/** A substitution mark, which in a plain text a linter would take for a slip. */
const mark = (name: string) => `\${${name}}`;

describe('intrinsics', () => {
  it.each<[string, unknown, unknown]>([
    ['a function by name', { Ref: 'Fn' }, 'a-b'],
    ['an ARN', { 'Fn::GetAtt': ['Fn', 'Arn'] }, 'arn:aws:lambda:ap-southeast-1:000000000000:function:a-b'],
    ['an ARN, dotted', { 'Fn::GetAtt': 'Fn.Arn' }, 'arn:aws:lambda:ap-southeast-1:000000000000:function:a-b'],
    [
      'a substitution',
      { 'Fn::Sub': `x-${mark('AWS::Region')}-${mark('Fn')}-${mark('!kept')}` },
      `x-ap-southeast-1-a-b-${mark('kept')}`,
    ],
    [
      'a substitution with variables',
      { 'Fn::Sub': [`${mark('v')}/${mark('Fn.Arn')}`, { v: { Ref: 'P' } }] },
      'by default/arn:aws:lambda:ap-southeast-1:000000000000:function:a-b',
    ],
    ['select of split', { 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|b|c'] }] }, 'b'],
    ['a mapping', { 'Fn::FindInMap': ['M', 'k', 'f'] }, 'mapped'],
    ['an import', { 'Fn::ImportValue': 'data:q' }, 'arn:aws:sqs:ap-southeast-1:000000000000:q'],
    ['conditions', [{ 'Fn::If': ['Both', 1, 2] }, { 'Fn::If': ['Cn', 1, { Ref: 'AWS::NoValue' }] }], [1]],
    ['no value in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
  ])('%s', (_, value, expected) => {
    expect(two.resolve(value, 'api')).toEqual(expected);
  });

  it('queues are addressed and users vouched for by what runs here', () => {
    expect(two.resolve({ Ref: 'Queue' }, 'data')).toBe('http://here/q');
    expect(two.resolve({ 'Fn::GetAtt': ['Users', 'ProviderURL'] }, 'data')).toBe(
      'http://idp/ap-southeast-1_Users',
    );
  });

  it.each([
    [{ 'Fn::Cidr': [] }, 'Fn::Cidr'],
    [{ Ref: 'Nobody' }, 'Nobody'],
    [{ 'Fn::ImportValue': 'nowhere' }, 'nowhere'],
    ['{{resolve:ssm:/x}}', 'ssm'],
  ])('%j is refused by name', (value, name) => {
    expect(() => two.resolve(value, 'api')).toThrow(name);
  });
});

describe('resource types', () => {
  it('leaves out what has no meaning here and what its condition leaves out', () => {
    expect(() => checkTypes(two)).not.toThrow();
  });

  it('names every resource it does not know', () => {
    const odd = assembly({
      s: { Resources: { A: { Type: 'AWS::Neptune::DBCluster' }, B: { Type: 'AWS::EC2::VPC' } } },
    });
    expect(() => checkTypes(odd)).toThrow('s/A (AWS::Neptune::DBCluster), s/B (AWS::EC2::VPC)');
  });
});
