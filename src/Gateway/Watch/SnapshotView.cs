using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Gateway.Watch;

/// <summary>A look as something to draw: one server in full, several as a list.</summary>
public static class SnapshotView
{
    /// <summary>The tables, and below them what is wrong.</summary>
    public static IRenderable Render(Snapshot snapshot, int widthCells)
    {
        IRenderable tables = snapshot switch
        {
            { Pictures: [] } => new Markup($"[{Shade.Quiet}]The team has no server yet. Add one on the dashboard, or with add-server.[/]"),
            { Pictures: [var alone], Left: 0 } => HostTable.Render(alone, snapshot.Now, widthCells),
            _ => FleetTable.Render(snapshot.Pictures, snapshot.Left, snapshot.Now, widthCells),
        };
        return snapshot.Trouble is { } trouble
            ? new Rows(tables, new Markup($"[yellow]Not up to date: {Markup.Escape(trouble)} Trying again.[/]"))
            : tables;
    }
}
