// Reads JSON Schemas of the description for people: a line a member, types in a few words.

const DEEPEST = 4;

/** Follows references within the description. */
export const resolver = description => function resolve(node) {
  let at = node;
  while (at?.$ref !== undefined) {
    at = at.$ref.slice(2).split('/').reduce((parent, part) => parent[part.replaceAll('~1', '/')], description);
  }
  return at;
};

const quoted = value => (typeof value === 'string' ? `"${value}"` : String(value));

/** A schema's type and bounds in a few words. */
export function readable(schema, resolve) {
  const one = resolve(schema);
  if (one === undefined) return 'anything';
  if (one.const !== undefined) return quoted(one.const);
  if (one.enum !== undefined) return one.enum.map(quoted).join(' | ');
  const several = one.anyOf ?? one.oneOf;
  if (several !== undefined && one.type === undefined) return several.map(part => readable(part, resolve)).join(' or ');
  if (one.allOf !== undefined) return readable(one.allOf[0], resolve);
  const words = [[one.type ?? 'anything'].flat().join(' or ')];
  if (one.type === 'array' && one.items !== undefined) words[0] = `list of ${readable(one.items, resolve)}`;
  if (one.format !== undefined) words.push(one.format);
  const [least, most] = [one.minimum ?? one.minLength ?? one.minItems, one.maximum ?? one.maxLength ?? one.maxItems];
  if (least !== undefined || most !== undefined) words.push(most === undefined ? `from ${least}` : `${least ?? 0} to ${most}`);
  if (one.default !== undefined) words.push(`default ${quoted(one.default)}`);
  return words.join(', ');
}

/** The members of an object, those of objects in it below them. */
export function membersOf(schema, resolve, depth = 0) {
  const one = resolve(schema);
  if (one === undefined || depth > DEEPEST) return [];
  if (one.allOf !== undefined) return membersOf(one.allOf[0], resolve, depth);
  const several = one.anyOf ?? one.oneOf;
  if (several !== undefined && one.properties === undefined) return several.flatMap(part => membersOf(part, resolve, depth));
  if (one.type === 'array') return membersOf(one.items, resolve, depth);
  return Object.entries(one.properties ?? {}).flatMap(([name, member]) => {
    const found = resolve(member);
    const line = {
      name, depth, needed: (one.required ?? []).includes(name),
      type: readable(member, resolve), text: member.description ?? found.description ?? '',
    };
    return [line, ...membersOf(member, resolve, depth + 1)];
  });
}

/** The examples of a body. */
export function exampleOf(media, resolve) {
  if (media.examples !== undefined) return Object.values(media.examples).map(one => resolve(one).value);
  return media.example === undefined ? [] : [media.example];
}
