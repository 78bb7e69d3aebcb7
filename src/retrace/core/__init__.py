"""What every stage stands on: errors, params, records, the files in cache/, and seeding."""
