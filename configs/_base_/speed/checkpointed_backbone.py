checkpointed = True
