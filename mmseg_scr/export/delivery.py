"""An export under the name that it deserves, with its report beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from mmseg_scr.drafts import Drafts, write_text
from mmseg_scr.export.deployed import Deployed
from mmseg_scr.export.formats import FORMATS
from mmseg_scr.export.model import export_model
from mmseg_scr.export.parity import Limits, check_parity
from mmseg_scr.export.programs import load_program
from mmseg_scr.export.report import parity_record, parity_table


@dataclass(frozen=True)
class Delivery:
    """The files of one export: itself, and NAME.parity.md and NAME.parity.json.

    One that is not equal to its model is NAME.failed with reports of that name, so that a file of
    an earlier export keeps its own reports.

    Attributes:
        path: of a file that is equal to its model.
        kind: one of ``FORMATS``.
    """

    path: Path
    kind: str

    @property
    def failed(self) -> Path:
        """Of a file that is not equal."""
        return self.path.with_name(f'{self.path.stem}.failed{self.path.suffix}')

    def check(self, *, overwrite: bool = False) -> None:
        """Refuse what cannot be written.

        Raises:
            ValueError: the name of the file has another suffix than its format.
            FileExistsError: one of the files is there already.
        """
        suffix = FORMATS[self.kind].suffix
        if self.path.suffix != suffix:
            raise ValueError(f'the name of {self.kind} ends in {suffix}, got {str(self.path)!r}')
        files = [file for path in (self.path, self.failed) for file in (path, *_reports(path))]
        there = [file for file in files if file.exists()]
        if there and not overwrite:
            names = ', '.join(map(str, there))
            raise FileExistsError(f'{names} exists; name another file, or give --overwrite')

    def write(
        self, deployed: Deployed, pictures: Mapping[str, Tensor], limits: Limits, **options: object
    ) -> tuple[str, bool]:
        """Write the file, compare it with its model, and name it.

        Args:
            deployed: the model.
            pictures: to compare on, see :func:`check_parity`.
            limits: what counts as equal.
            options: of :func:`export_model`.

        Returns:
            The table of the comparison, and whether the file is equal on all pictures.

        Raises:
            ValueError: the model cannot be written.
        """
        drafts = Drafts()
        draft = drafts.open(self.path)
        try:
            export_model(deployed, draft, self.kind, **options)
            program = load_program(draft, self.kind)
            cells = check_parity(deployed, program, pictures)
            record = parity_record(cells, limits, dict(program.metadata))
            if record['passes']:
                drafts.commit()
                for path in (self.failed, *_reports(self.failed)):  # of an earlier call
                    path.unlink(missing_ok=True)
            else:
                draft.replace(self.failed)
        finally:
            drafts.drop()
        table = parity_table(cells, limits)
        reports = _reports(self.path if record['passes'] else self.failed)
        for path, text in zip(reports, (table, json.dumps(record, indent=2)), strict=True):
            write_text(path, f'{text}\n')
        return table, record['passes']


def _reports(path: Path) -> tuple[Path, Path]:
    return path.with_suffix('.parity.md'), path.with_suffix('.parity.json')
