"""What the stage scripts share: data in, value out."""
