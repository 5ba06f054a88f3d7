"""How the files of annotation tools are known by sight."""
