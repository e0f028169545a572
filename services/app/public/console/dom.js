/**
 * An element with properties and children: `h('a', { href: '/' }, 'home')`. Text is always text, never markup.
 * `class` and `aria-*` are attributes, `on*` are listeners, the rest are properties.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false),
  );
  return element;
}

/** The same for SVG, where everything is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A list of terms and values; what is not known is left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return h(
    'dl',
    {},
    known.map(([term, value]) => [h('dt', {}, term), h('dd', {}, typeof value === 'number' ? String(value) : value)]),
  );
}

/** The part of a section below its heading, made at the first call. */
export function bodyOf(section) {
  let body = section.querySelector(':scope > .body');
  if (body === null) {
    body = h('div', { class: 'body' });
    section.append(body);
  }
  return body;
}

/** Replace a panel's content, unless somebody is using a control in it. */
export function show(section, ...children) {
  bodyOf(section).replaceChildren(...children.flat(Infinity).filter(Boolean));
}
