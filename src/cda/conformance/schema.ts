import { SCHEMA_TYPES } from './schema-types.ts';

/** One attribute of a type. */
export interface SchemaAttribute {
  readonly mandatory: boolean;
  /** The only value it may have. */
  readonly fixed?: string;
  /** Form of its value, see schema-values.ts. */
  readonly form?: string;
}

export interface SchemaType {
  readonly attributes: ReadonlyMap<string, SchemaAttribute>;
  readonly mandatory: readonly string[];
  /** Type of each child element; undefined: the child is not looked into. */
  readonly children: ReadonlyMap<string, string | undefined>;
  /** Matches the names of the children, each followed by `;`. */
  readonly content: RegExp;
  readonly mixed: boolean;
  /** Belongs to the narrative. */
  readonly narrative: boolean;
}

const COMMON = 'realmCode:CS*,typeId:TypeId?,templateId:II*';

const lines = new Map<string, string>(
  SCHEMA_TYPES.replace(/\n {2}/g, ' ')
    .trim()
    .split('\n')
    .map((line) => {
      const [head = '', ...rest] = line.split(' ; ');
      return [head.replace('~', ''), `${head.endsWith('~') ? '~' : ''};${rest.join(';')}`];
    }),
);

const types = new Map<string, SchemaType>();

/** A type of the schema by its name, compiled when it is first asked for. */
export function schemaType(name: string): SchemaType | undefined {
  const known = types.get(name);
  if (known) return known;
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const type = compile(name, line);
  types.set(name, type);
  return type;
}

function compile(name: string, line: string): SchemaType {
  const [mixed, attributes = '', content = ''] = line.split(';').map((field) => field.trim());
  const declared = new Map([
    ['nullFlavor', { mandatory: false, form: 'NullFlavor' }],
    ...attributesOf(attributes),
  ]);
  const model = content.replace(/\s/g, '').replace('@', COMMON);
  const children = new Map<string, string | undefined>();
  const pattern = model.replace(/(\w+):([\w.-]+)/g, (_, element: string, type: string) => {
    children.set(element, type === '-' ? undefined : type);
    return `(?:${element};)`;
  });
  return {
    attributes: declared,
    mandatory: [...declared].filter(([, { mandatory }]) => mandatory).map(([attribute]) => attribute),
    children,
    content: new RegExp(`^${pattern.replace(/,/g, '').replace(/\((?!\?)/g, '(?:')}$`),
    mixed: mixed === '~',
    narrative: name.startsWith('Doc.'),
  };
}

function attributesOf(text: string): [string, SchemaAttribute][] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const [, name = '', mandatory, kind, value = ''] = /^([\w-]+)(!?)(?:([=:])(.*))?$/.exec(word) ?? [];
      return [
        name,
        {
          mandatory: mandatory === '!',
          ...(kind === '=' ? { fixed: value } : kind === ':' ? { form: value } : {}),
        },
      ];
    });
}
