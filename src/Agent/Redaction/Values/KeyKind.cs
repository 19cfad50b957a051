namespace HostAtlas.Agent.Redaction.Values;

/// <summary>What a name says about the value that stands after it.</summary>
internal enum KeyKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A secret only if the value looks like one a generator gave out (<c>key</c>, <c>auth</c>).</summary>
    Weak,

    /// <summary>A secret if it is long enough to be an identifier that opens something (<c>session</c>, <c>signature</c>).</summary>
    Medium,

    /// <summary>A key by its name: a secret unless it is the path of a file.</summary>
    Key,

    /// <summary>A secret, whatever it looks like (<c>token</c>, <c>client_secret</c>).</summary>
    Strong,

    /// <summary>The same; and people also write a password behind its name in prose.</summary>
    Password,

    /// <summary>An HTTP header that holds a scheme and credentials.</summary>
    Authorization,

    /// <summary>Pairs of a name and a value, all of them secret.</summary>
    Cookie,

    /// <summary>One such pair, then attributes that are none.</summary>
    SetCookie,
}
