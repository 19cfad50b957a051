using HostAtlas.Gateway.OpenApi;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

public sealed class CallFormTests
{
    private static readonly ApiDescription Description = new(OpenApiDocument.Build());

    [Fact]
    public void Every_operation_with_an_id_says_how_it_is_called()
    {
        foreach (var operation in Description.Operations)
        {
            var places = IdPlaces.Of(Description, operation);
            var form = CallForm.All.GetValueOrDefault(operation.Id);
            Assert.True(form is not null || places.Count == 0, $"{operation} ({operation.Id}) takes ids and has no {nameof(CallForm)}.");
            Assert.Equal(
                (operation.Id, string.Join(' ', places.Where(place => place != "header:X-Team"))),
                (operation.Id, string.Join(' ', form?.Kinds.Keys.Order(StringComparer.Ordinal) ?? (IEnumerable<string>)[])));
        }
        Assert.Empty(CallForm.All.Keys.Except(Description.Operations.Select(operation => operation.Id)));
    }
}
