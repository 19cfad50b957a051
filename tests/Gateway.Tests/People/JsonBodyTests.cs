using System.Text;
using HostAtlas.Gateway.People;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Tests.People;

public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"name": "ci", "scopes": ["read"]}""")]
    [InlineData("""{"name": "ci", "scopes": ["read"], "color": {"deep": [1, 2]}}""")]
    [InlineData("""{"scopes": [], "name": null}""")]
    [InlineData("{}")]
    public void Objects_bind_and_unknown_members_are_ignored(string json) => Assert.Null(Bind(json).Failure);

    [Theory]
    [InlineData("")]
    [InlineData("name=ci")]
    [InlineData("{\"name\": \"ci\"")]
    [InlineData("{\"name\": \"ci\"} {}")]
    [InlineData("{\"name\": NaN}")]
    [InlineData("{'name': 'ci'}")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\"}")]
    [InlineData("{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}")]
    public void What_is_no_json_is_malformed(string text) => Assert.Equal(ProblemSlug.MalformedRequest, Slug(Bind(text)));

    [Fact]
    public void A_fault_names_its_line_where_it_has_one()
    {
        Assert.Contains("JSON (line 2).", ((Failure)Bind("{\n7").Failure!).Detail, StringComparison.Ordinal);
        Assert.Contains("JSON. ", ((Failure)Bind("{\"name\": \"a\", \"name\": \"b\"}").Failure!).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_malformed()
    {
        byte[] body = [.. "{\"name\": \""u8, 0xC3, 0x28, .. "\"}"u8];

        Assert.Equal(ProblemSlug.MalformedRequest, Slug(JsonBody.Bind(body, PeopleJson.Default.KeyBody)));
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("7", "")]
    [InlineData("""{"name": 7}""", "/name")]
    [InlineData("""{"name": {}}""", "/name")]
    [InlineData("""{"name": "\ud800"}""", "/name")]
    [InlineData("""{"scopes": "read"}""", "/scopes")]
    [InlineData("""{"scopes": ["read", 7]}""", "/scopes/1")]
    public void Json_of_another_shape_is_pointed_at(string json, string pointer)
    {
        var failure = Assert.IsType<Failure>(Bind(json).Failure);

        Assert.Equal(ProblemSlug.InvalidContent, failure.Slug);
        Assert.Equal(pointer, Assert.Single(failure.Errors!).Pointer);
    }

    private static Step<KeyBody> Bind(string text) => JsonBody.Bind(Encoding.UTF8.GetBytes(text), PeopleJson.Default.KeyBody);

    private static string? Slug(Step<KeyBody> step) => (step.Failure as Failure)?.Slug;
}
