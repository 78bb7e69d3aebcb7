"""The same trials on Dask's workers."""
