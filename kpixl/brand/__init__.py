"""The look of packs and mails, kept in one folder: brand.toml, templates, fonts and a logo."""
