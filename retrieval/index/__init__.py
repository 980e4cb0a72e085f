"""Articles to indexes: embedding, the Tantivy and Chroma adapters, and the plan that keeps both in step."""
