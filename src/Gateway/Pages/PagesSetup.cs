namespace HostAtlas.Gateway.Pages;

/// <summary>
/// The dashboard's routes: <c>/</c>, the description at <c>/docs</c>, and the files they load. All of it is public and the same for
/// everybody; figures come from the API.
/// </summary>
public static class PagesSetup
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps every file.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var asset in PageAsset.LoadAll()) routes.MapMethods(asset.Path, Reading, asset.WriteAsync);
    }
}
