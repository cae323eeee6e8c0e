"""What stands between the network and the pages: who may ask for what, and how files are sent."""
