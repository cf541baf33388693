"""Reading pictures: pure layout here, everything that decodes in a worker process of its own."""
