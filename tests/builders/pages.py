"""What is wrong with a page of HTML: its grammar, and what people need who do not see it."""

import re
from html.parser import HTMLParser

VOID = {'meta', 'img', 'br', 'link', 'hr', 'input', 'wbr'}
HEADING = re.compile(r'h[1-6]')
IDREFS = ('aria-labelledby', 'aria-describedby', 'aria-controls', 'for')


class PageCheck(HTMLParser):
    """Collects ``problems`` of a page that is fed, and its tables and pictures."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.referred: list[str] = []
        self.levels: list[int] = []
        self.pictures: list[dict] = []
        self.tables: list[dict] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        self._finish()

    def handle_decl(self, decl):
        self.tags.append(decl)

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        values = dict(attributes)
        self.tags.append(tag)
        self._require(len(set(names)) == len(names), f'<{tag}> has an attribute twice')
        self._require(not [n for n in names if n.startswith('on')], f'<{tag}> has inline script')
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [values['id']] if 'id' in values else []
        self.referred += [v for n in IDREFS if n in values for v in values[n].split()]
        for name in ('src', 'href'):
            self._check_address(tag, values.get(name))
        if HEADING.fullmatch(tag):
            self.levels.append(int(tag[1]))
        if tag == 'img':
            self.pictures.append(values)
            self._require(len(values.get('alt', '')) > 10, 'a picture without words for it')
        if tag == 'table':
            self.tables.append(values)
        if tag == 'th':
            self._require(values.get('scope') in ('row', 'col'), 'a th without scope')

    def handle_endtag(self, tag):
        self._require(self.open and self.open[-1] == tag, f'</{tag}> closes {self.open[-1:]}')
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open[-1:] not in (['script'], ['style']):
            self.texts.append(data)

    def _check_address(self, tag, address):
        if address is None:
            return
        if address.startswith('#'):
            self.referred.append(address[1:])
        else:
            self._require(address.startswith('data:'), f'<{tag}> goes to {address[:40]}')

    def _require(self, fine, problem):
        if not fine:
            self.problems.append(problem)

    def _finish(self):
        self._require(self.tags[:1] == ['DOCTYPE html'], 'no doctype')
        self._require(not self.open, f'never closed: {self.open}')
        self._require(len(set(self.ids)) == len(self.ids), 'an id twice')
        lost = {*self.referred} - {*self.ids}
        self._require(not lost, f'refers to {lost}')
        steps = zip([0, *self.levels], self.levels, strict=False)
        self._require(all(b - a <= 1 for a, b in steps), f'headings jump: {self.levels}')
        self._require(self.levels.count(1) == 1, 'not one h1')
        named = [{'aria-labelledby', 'aria-label'} & {*table} for table in self.tables]
        self._require(all(named), 'a table without a name')
        for tag in ('title', 'main'):
            self._require(self.tags.count(tag) == 1, f'not one {tag}')
