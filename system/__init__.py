"""What the utility runs: head-end, vending, security module. It meets the field only over a link."""
