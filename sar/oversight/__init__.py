"""What auditors and regulators ask: measures, exports, the log; each number can be worked out again."""
