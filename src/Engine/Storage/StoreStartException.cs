namespace HostAtlas.Engine.Storage;

/// <summary>
/// The store cannot be used as it is, and the operator can do something about it: the message says what is wrong and names the next step.
/// It never holds a password.
/// </summary>
public sealed class StoreStartException(string message, Exception? cause = null) : Exception(message, cause);
