import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`),
].map((page) => join(ROOT, page));

describe('every link of the pages', () => {
  it.each(PAGES.map((page) => [relative(ROOT, page), page]))('leads somewhere: %s', (_name, page) => {
    const broken = linksOf(page).filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  it('is found by this test', () => {
    expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(40);
    const page = join(ROOT, 'README.md');
    expect(leadsSomewhere(page, 'docs/no-such-page.md')).toBe(false);
    expect(leadsSomewhere(page, 'docs/operating.md#no-such-heading')).toBe(false);
  });
});

it('every page of docs can be reached from the README', () => {
  const reached = new Set([join(ROOT, 'README.md')]);
  for (const page of reached) {
    for (const link of linksOf(page)) {
      const target = resolve(dirname(page), link.split('#')[0] ?? '');
      if (PAGES.includes(target)) reached.add(target);
    }
  }
  expect(PAGES.filter((page) => !reached.has(page)).map((page) => relative(ROOT, page))).toEqual([]);
});

/** Relative links and anchors, as they are written; code is left out. */
function linksOf(page: string): string[] {
  const text = withoutCode(readFileSync(page, 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : resolve(dirname(page), path);
  return existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

/** Those that GitHub makes of headings. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '');
}
