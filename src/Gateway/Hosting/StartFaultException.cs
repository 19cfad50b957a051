namespace HostAtlas.Gateway.Hosting;

/// <summary>The platform cannot start, and its operator can do something about it: the message is one line that says what.</summary>
internal sealed class StartFaultException(string message, Exception? inner = null) : Exception(message, inner);
