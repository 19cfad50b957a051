using System.CommandLine;
using HostAtlas.Engine.Storage.Postgres;

namespace HostAtlas.Engine.Operations;

/// <summary><c>store …</c>: what concerns the database itself and needs no running platform.</summary>
public static class StoreCommandLine
{
    /// <summary>The command with its verbs.</summary>
    public static Command Build()
    {
        var login = new Option<string>("--login")
        {
            Description = "The platform's login.",
            DefaultValueFactory = _ => "hostatlas",
        };
        var database = new Option<string>("--database")
        {
            Description = "The platform's database.",
            DefaultValueFactory = _ => "hostatlas",
        };
        foreach (var name in new[] { login, database })
        {
            // An empty name would be quoted into SQL that PostgreSQL refuses half way.
            name.Validators.Add(result =>
            {
                if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>())) result.AddError($"{name.Name} must not be empty.");
            });
        }
        var roles = new Command("roles", "Print the SQL that a superuser of PostgreSQL runs once before the first start.")
        {
            login, database,
        };
        roles.SetAction(parse => Console.Out.Write(RoleScript.For(parse.GetValue(login)!, parse.GetValue(database)!)));
        return new Command("store", "Prepare the database, or move everything into another one.") { roles, StoreMoveCommand.Build() };
    }
}
