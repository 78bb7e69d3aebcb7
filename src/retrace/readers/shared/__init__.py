"""What the readers share: descriptions, labels, roles, schemas, class folders, texts, downloads."""
