"""What LibreOffice itself runs: it goes into the extension, and runs on Python 3.9."""
