// Preloaded into the worker by tests: there is no multi-buffer library for this processor.
void* alloc_mb_mgr(unsigned long long flags)
{
	(void)flags;

	return 0;
}
