"""What the utility runs: head-end, vending, security module. Meets the field only over a link, as iron would."""
