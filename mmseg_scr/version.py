"""The version of the plugin, alone in a file that everything may read."""

__version__ = '0.5.0'
