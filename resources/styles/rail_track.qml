<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.40.0" styleCategories="Symbology|Labeling|Fields|Forms" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0" referencescale="-1">
    <rules>
      <rule symbol="0" label="confidence 0.9 and more" filter="&quot;status&quot; = &#x27;ok&#x27; AND coalesce(&quot;confidence&quot;, 0) &gt;= 0.9"/>
      <rule symbol="1" label="confidence 0.75 to 0.9" filter="&quot;status&quot; = &#x27;ok&#x27; AND &quot;confidence&quot; &gt;= 0.75 AND &quot;confidence&quot; &lt; 0.9"/>
      <rule symbol="2" label="confidence below 0.75" filter="&quot;status&quot; = &#x27;ok&#x27; AND coalesce(&quot;confidence&quot;, 0) &lt; 0.75"/>
      <rule symbol="3" label="to be reviewed" filter="&quot;status&quot; = &#x27;review&#x27;"/>
      <rule symbol="4" label="rejected" filter="&quot;status&quot; = &#x27;rejected&#x27;"/>
      <rule symbol="5" label="other" filter="ELSE"/>
    </rules>
    <symbols>
      <symbol type="line" name="0" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,255,255,170"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="1.2"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="178,16,48,255"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="0.7"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="1" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,255,255,170"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="1.2"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="228,72,96,255"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="0.7"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="2" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,255,255,170"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="1.2"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="244,140,158,255"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="0.7"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="3" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,255,255,170"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="1.2"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,140,0,255"/>
            <Option name="line_style" type="QString" value="dash"/>
            <Option name="line_width" type="QString" value="0.9"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="1"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="4" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="130,130,130,255"/>
            <Option name="line_style" type="QString" value="dash"/>
            <Option name="line_width" type="QString" value="0.5"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="1"/>
            <Option name="customdash" type="QString" value="1.2;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="5" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="90,90,90,255"/>
            <Option name="line_style" type="QString" value="solid"/>
            <Option name="line_width" type="QString" value="0.6"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="0"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings calloutType="simple">
      <text-style fieldName="CASE WHEN &quot;status&quot; = &#x27;review&#x27; THEN coalesce(attribute(&#x27;review_reason&#x27;), attribute(&#x27;review_rea&#x27;)) WHEN &quot;status&quot; = &#x27;ok&#x27; THEN format_number(&quot;length_m&quot;, 0) || &#x27; m&#x27; END" isExpression="1" fontSize="9" fontSizeUnit="Point" fontWeight="63" fontItalic="0" textColor="40,40,40,255" textOpacity="1">
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255" bufferOpacity="0.85" bufferNoFill="1" bufferJoinStyle="128"/>
      </text-style>
      <placement placement="2" placementFlags="10" dist="0.8" distUnits="MM" priority="4"/>
      <rendering drawLabels="1" scaleVisibility="1" scaleMin="0" scaleMax="2500" obstacle="1" obstacleFactor="1"/>
      <dd_properties>
        <Option type="Map">
          <Option name="name" type="QString" value=""/>
          <Option name="properties" type="Map">
            <Option name="Color" type="Map">
              <Option name="active" type="bool" value="true"/>
              <Option name="expression" type="QString" value="CASE WHEN &quot;status&quot; = &#x27;review&#x27; THEN color_rgb(170, 70, 0) ELSE color_rgb(40, 40, 40) END"/>
              <Option name="type" type="int" value="3"/>
            </Option>
          </Option>
          <Option name="type" type="QString" value="collection"/>
        </Option>
      </dd_properties>
    </settings>
  </labeling>
  <blendMode>0</blendMode>
  <featureBlendMode>0</featureBlendMode>
  <fieldConfiguration>
    <field name="railway" configurationFlags="NoFlag">
      <editWidget type="ValueMap">
        <config>
          <Option type="Map">
            <Option name="map" type="List">
              <Option type="Map"><Option name="rail" type="QString" value="rail"/></Option>
            </Option>
          </Option>
        </config>
      </editWidget>
    </field>
    <field name="status" configurationFlags="NoFlag">
      <editWidget type="ValueMap">
        <config>
          <Option type="Map">
            <Option name="map" type="List">
              <Option type="Map"><Option name="ok" type="QString" value="ok"/></Option>
              <Option type="Map"><Option name="to be reviewed" type="QString" value="review"/></Option>
              <Option type="Map"><Option name="rejected" type="QString" value="rejected"/></Option>
            </Option>
          </Option>
        </config>
      </editWidget>
    </field>
  </fieldConfiguration>
  <aliases>
    <alias index="1" field="track_id" name="track"/>
    <alias index="2" field="from_node" name="from node"/>
    <alias index="3" field="to_node" name="to node"/>
    <alias index="4" field="railway" name="railway"/>
    <alias index="5" field="length_m" name="length on the ground (m)"/>
    <alias index="6" field="confidence" name="confidence (0–1)"/>
    <alias index="7" field="min_confidence" name="lowest confidence (0–1)"/>
    <alias index="8" field="inferred_m" name="inferred length (m)"/>
    <alias index="9" field="min_radius_m" name="smallest radius (m)"/>
    <alias index="10" field="status" name="status"/>
    <alias index="11" field="review_reason" name="reason for review"/>
    <alias index="12" field="source" name="source"/>
    <alias index="13" field="source_gsd_m" name="source's ground sampling distance (m)"/>
    <alias index="14" field="model" name="model"/>
    <alias index="15" field="created" name="created"/>
  </aliases>
  <previewExpression>concat(format_number("length_m", 0), ' m', ' – ' || coalesce(attribute('review_reason'), attribute('review_rea')))</previewExpression>
  <layerGeometryType>1</layerGeometryType>
</qgis>
