// A heading sorts its table: rising first, then falling; rows without a number stay at the end.
for (const table of document.querySelectorAll('table.sortable')) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    heading.querySelector('button').addEventListener('click', () => {
      const falling = heading.getAttribute('aria-sort') === 'ascending';
      headings.forEach((each) => each.setAttribute('aria-sort', 'none'));
      heading.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
      sortRows(table.tBodies[0], column, falling ? -1 : 1, heading.classList.contains('number'));
    });
  });
}

function sortRows(body, column, sign, isNumber) {
  const keyed = [...body.rows].map((row) => {
    const cell = row.cells[column];
    return { row, key: isNumber ? parseFloat(cell.dataset.value) : cell.textContent };
  });
  const compare = isNumber
    ? (a, b) => Number.isNaN(a.key) - Number.isNaN(b.key) || sign * (a.key - b.key) || 0
    : (a, b) => sign * a.key.localeCompare(b.key, 'en', { numeric: true });
  keyed.sort(compare).forEach(({ row }) => body.append(row));
}
