"""The live views of the notebooks, a folder each: model, snapshot, view, .js and .css."""
