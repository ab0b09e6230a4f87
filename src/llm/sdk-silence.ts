// The AI SDK writes warnings about models to the console unless this global is false, for instance that a setting
// is not supported. Our log has one format, and the warnings may quote settings.
globalThis.AI_SDK_LOG_WARNINGS = false;
