"""A whole config as text that travels with weights: read as data, nothing of it runs."""

import ast


def read_config_text(text: str) -> dict:
    """Top-level names and values of a config as mmengine writes it, ``Config.pretty_text``.

    Args:
        text: assignments of plain values: numbers, strings, lists, tuples, dicts, ``dict(...)``.

    Raises:
        ValueError: something else, which would have to be run to be read.
    """
    values = {}
    try:
        for line in ast.parse(text).body:
            if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
                raise ValueError(f'line {line.lineno} is no assignment')
            if line.targets[0].id == '_base_':
                raise ValueError('_base_ names another file')
            values[line.targets[0].id] = ast.literal_eval(_CallsOfDict().visit(line.value))
    except (ValueError, SyntaxError) as error:
        raise ValueError(f'a config beside weights must hold plain values alone: {error}') from None
    return values


class _CallsOfDict(ast.NodeTransformer):
    """Writes ``dict(a=1)`` and ``dict({'a': 1})`` as ``{'a': 1}``; leaves other calls."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != 'dict':
            return node
        if [type(argument) for argument in node.args] == [ast.Dict] and not node.keywords:
            return node.args[0]
        if node.args or any(keyword.arg is None for keyword in node.keywords):
            return node
        return ast.Dict(
            keys=[ast.Constant(keyword.arg) for keyword in node.keywords],
            values=[keyword.value for keyword in node.keywords],
        )
