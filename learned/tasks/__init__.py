"""What else one layer learns: to undo a blur, to find a shape, to tell sharp from blurred."""
