<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.40.0" styleCategories="Symbology|Fields">
  <renderer-v2 type="categorizedSymbol" attr="status" symbollevels="0" enableorderby="0" forceraster="0" referencescale="-1">
    <categories>
      <category symbol="0" value="ok" label="track" type="string" render="true"/>
      <category symbol="1" value="review" label="track, to be reviewed" type="string" render="true"/>
      <category symbol="2" value="" label="other" type="string" render="true"/>
    </categories>
    <symbols>
      <symbol type="line" name="0" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="178,16,48,255"/>
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
      <symbol type="line" name="1" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" type="QString" value="255,140,0,255"/>
            <Option name="line_style" type="QString" value="dash"/>
            <Option name="line_width" type="QString" value="0.6"/>
            <Option name="line_width_unit" type="QString" value="MM"/>
            <Option name="capstyle" type="QString" value="flat"/>
            <Option name="joinstyle" type="QString" value="round"/>
            <Option name="use_custom_dash" type="QString" value="1"/>
            <Option name="customdash" type="QString" value="2.4;1.2"/>
            <Option name="customdash_unit" type="QString" value="MM"/>
          </Option>
        </layer>
      </symbol>
      <symbol type="line" name="2" alpha="1" clip_to_extent="1" force_rhr="0" is_animated="0" frame_rate="10">
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
  <blendMode>0</blendMode>
  <featureBlendMode>0</featureBlendMode>
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
  <layerGeometryType>1</layerGeometryType>
</qgis>
