namespace HostAtlas.Engine.Storage.Move;

/// <summary>Why a move did not come to its end, with the next step. Nothing was changed at the source.</summary>
public sealed class StoreMoveException(string message, Exception? inner = null) : Exception(message, inner);
