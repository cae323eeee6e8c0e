"""Results in, plain Plotly figure dicts out. Nothing here imports Streamlit."""
