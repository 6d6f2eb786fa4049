"""The post: messages in, workbooks out, and a ledger of both."""
