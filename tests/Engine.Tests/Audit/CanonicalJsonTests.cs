using System.Text;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Audit;

namespace HostAtlas.Engine.Tests.Audit;

public sealed class CanonicalJsonTests
{
    [Theory]
    // https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3, without its fractions: by UTF-16 code units the emoji comes before U+FB33.
    [InlineData("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
        "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}")]
    [InlineData("{ \"b\" : [ 1 , \"x\" , null , true , false , {} ] , \"a\" : -12 }", "{\"a\":-12,\"b\":[1,\"x\",null,true,false,{}]}")]
    [InlineData("{\"a\":\"\\u0000\\u001F\\u0008\\t\\n\\f\\r\\\"\\\\\\/<>&'\\u007f\\u2028é\"}",
        "{\"a\":\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/<>&'\u007f\u2028é\"}")]
    public void A_value_has_one_spelling(string any, string canonical)
    {
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Write(JsonNode.Parse(any))));
        Assert.NotNull(CanonicalJson.TryRead(Encoding.UTF8.GetBytes(canonical)));
    }

    [Theory]
    [InlineData("{\"b\":1,\"a\":2}")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1}\n")]
    [InlineData("{\"a\":\"\\u0041\"}")]
    [InlineData("{\"a\":1.0}")]
    [InlineData("{\"a\":1e3}")]
    [InlineData("{\"a\":-0}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":9007199254740994}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("[1]")]
    [InlineData("{\"a\":1")]
    [InlineData("")]
    public void Every_other_spelling_is_refused(string text) => Assert.Null(CanonicalJson.TryRead(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_no_text_are_refused() => Assert.Null(CanonicalJson.TryRead([.. "{\""u8, 0xFF, .. "\":1}"u8]));
}
