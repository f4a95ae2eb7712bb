import re
from xml.etree import ElementTree

from mmseg_scr.page.class_list import class_list

CLASSES = ('road', 'a <b> & c', 'sky')
PALETTE = [(1, 2, 3), (4, 5, 6), (7, 8, 9)]


def rows(text):
    body = ElementTree.fromstring(f'<div>{text}</div>').find('table/tbody')
    return [
        (''.join(row.find('th').itertext()).strip(), row.find('td').text, row.find('th/span'))
        for row in body
    ]


def test_classes_stand_in_the_order_of_their_shares_beside_their_colours():
    found = rows(class_list(CLASSES, PALETTE, [0.25, 0.745, 0.005]))
    assert [row[:2] for row in found] == [
        ('a <b> & c', '74.5 %'),
        ('road', '25.0 %'),
        ('sky', '0.5 %'),
    ]
    colors = [re.search(r'background:(rgb\(.+?\))', row[2].get('style'))[1] for row in found]
    assert colors == ['rgb(4,5,6)', 'rgb(1,2,3)', 'rgb(7,8,9)']


def test_classes_that_do_not_occur_are_named_without_a_share():
    text = class_list(CLASSES, PALETTE, [0.0, 0.0, 1.0])
    assert [row[0] for row in rows(text)] == ['sky']
    assert '<p>not found: road, a &lt;b&gt; &amp; c</p>' in text
    assert 'not found' not in class_list(CLASSES, PALETTE, [0.5, 0.25, 0.25])
