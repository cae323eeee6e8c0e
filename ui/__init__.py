"""From numbers to the screen: live components, controls and charts."""
